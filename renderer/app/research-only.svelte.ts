/**
 * Whether the user of this window has confirmed that Sidelight is for research only. Every way by which studies come in asks for it. The page keeps the
 * answer: it is a fact about this window's user, not about a library.
 */
const key = 'sidelight.acknowledged';

class ResearchOnly {
  #isConfirmed = $state(localStorage.getItem(key) === 'yes');

  constructor() {
    // Another page of this profile may have been told.
    addEventListener('storage', (event) => {
      if (event.key === key) this.#isConfirmed = localStorage.getItem(key) === 'yes';
    });
  }

  get isConfirmed(): boolean {
    return this.#isConfirmed;
  }

  confirm(isConfirmed: boolean): void {
    this.#isConfirmed = isConfirmed;
    localStorage.setItem(key, isConfirmed ? 'yes' : '');
  }
}

export const researchOnly = new ResearchOnly();
