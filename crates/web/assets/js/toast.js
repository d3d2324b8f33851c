// What was done, in a corner, with the way back.
const SHOWN = 8000;

const say = (text) => {
  $("#said").textContent = text;
};

const toast = (text, undo) => {
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
    button.dataset.undo = "";
    button.addEventListener("click", () => {
      box.remove();
      post(undo.path, new URLSearchParams(undo.form));
    });
    box.append(button);
  }
  $("#toasts").append(box);
  const end = () => {
    if (box.matches(":hover, :focus-within")) setTimeout(end, SHOWN);
    else box.remove();
  };
  setTimeout(end, SHOWN);
};
