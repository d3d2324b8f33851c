// What was done, in a corner, with the way back.
import { part } from "./dom.js";

const SHOWN = 8000;

/**
 * Tells a screen reader.
 * @param {string} text
 */
export const say = (text) => {
  part("#said", HTMLElement).textContent = text;
};

/**
 * @param {string} text
 * @param {() => void} [undo] takes back what was done
 */
export const toast = (text, undo) => {
  const box = document.createElement("div");
  box.className = "toast";
  const words = document.createElement("span");
  words.textContent = text;
  box.append(words);
  if (undo) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn";
    button.textContent = "Undo";
    button.addEventListener("click", () => {
      box.remove();
      undo();
    });
    box.append(button);
  }
  part("#toasts", HTMLElement).append(box);
  const end = () => {
    if (box.matches(":hover, :focus-within")) setTimeout(end, SHOWN);
    else box.remove();
  };
  setTimeout(end, SHOWN);
};
