"""Faults against real processes: they are killed, frozen and cut off while customers talk, and the end is judged.

    python -m bench faults --runs 2000 --processes 2 --seed 1 --resume

Two or more servers of Handrail share one Postgres. The business behind their tools (`business`) keeps a ledger of its
own and misbehaves; so does the model (`model`). Twenty customers talk at once (`customers`), people take conversations
and give them back (`people`), and at some moment a fault strikes (`strikes`). When all has settled, `judge` compares
the rows of the database with the ledger; it uses none of our rooms.
"""
