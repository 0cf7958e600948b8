// A short, low sound for a message that came, off until the guest wants it. Called by element.js.
// Made by the browser itself, so no file is loaded and no policy of the page is touched.

const KEY = "saveit-chat sound";

export class Sound {
  #storage;
  #context = null;

  constructor(storage) {
    this.#storage = storage;
    this.isOn = storage.read(KEY) === true;
  }

  /** Switches it, and lets it be heard once, so that the guest knows what they chose. */
  toggle() {
    this.isOn = !this.isOn;
    this.#storage.write(KEY, this.isOn);
    this.play();
    return this.isOn;
  }

  play() {
    if (!this.isOn || !window.AudioContext) return;
    this.#context ??= new AudioContext();
    const { currentTime, destination } = this.#context;
    const volume = this.#context.createGain();
    const tone = this.#context.createOscillator();
    volume.gain.setValueAtTime(0.06, currentTime);
    volume.gain.linearRampToValueAtTime(0, currentTime + 0.3);
    tone.frequency.value = 660;
    tone.connect(volume).connect(destination);
    tone.start();
    tone.stop(currentTime + 0.3);
  }
}
