/** How far this person has read in each conversation, in this browser. */

const KEPT = "handrail.desk.seen";
const MOST = 300;

export class Seen {
  constructor() {
    try {
      this.seqs = new Map(JSON.parse(localStorage.getItem(KEPT)) || []);
    } catch {
      this.seqs = new Map();
    }
  }

  /** Whether the customer has written what this person has not seen, nor answered. */
  fresh(item) {
    return item.unread && item.heard > (this.seqs.get(item.conversation_id) || 0);
  }

  /** It was read up to here. Returns whether that is news. */
  read(id, seq) {
    if (document.hidden || (this.seqs.get(id) || 0) >= seq) return false;
    this.seqs.delete(id);
    this.seqs.set(id, seq);
    localStorage.setItem(KEPT, JSON.stringify([...this.seqs].slice(-MOST)));
    return true;
  }
}
