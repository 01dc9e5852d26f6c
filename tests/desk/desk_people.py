"""The people of the tests."""

from handrail.desk.staff import Staff

BEN, EVA = Staff("ben", "Ben"), Staff("eva", "Eva")
CARE = Staff("cara", "Cara", departments=("care",))
BOSS = Staff("bo", "Bo", role="supervisor")
