/** What a person has begun to write, for each conversation, until it is sent: also over a reload of the page. */

const KEPT = "handrail.desk.drafts";

export class Drafts {
  constructor() {
    try {
      this.texts = new Map(JSON.parse(sessionStorage.getItem(KEPT)) || []);
    } catch {
      this.texts = new Map();
    }
  }

  get(id) {
    return this.texts.get(id) || "";
  }

  has(id) {
    return this.texts.has(id);
  }

  set(id, text) {
    if (text.trim()) this.texts.set(id, text);
    else this.texts.delete(id);
    sessionStorage.setItem(KEPT, JSON.stringify([...this.texts]));
  }

  clear() {
    this.texts.clear();
    sessionStorage.removeItem(KEPT);
  }
}
