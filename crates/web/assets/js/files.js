// Images and files are fetched with the secret, too: data-src on an image is loaded when
// it comes near, data-download on a link is saved.
import { $$, around } from "./dom.js";
import { call } from "./net.js";
import { onShown } from "./shown.js";
import { toast } from "./toast.js";

const near = new IntersectionObserver(
  (seen) => {
    for (const { target, isIntersecting } of seen) {
      if (!isIntersecting || !(target instanceof HTMLImageElement)) continue;
      near.unobserve(target);
      load(target);
    }
  },
  { rootMargin: "400px" },
);

/** @param {HTMLImageElement} image */
const load = async (image) => {
  const answer = await call("/file" + image.dataset.src).catch(() => null);
  if (!answer?.ok) return image.classList.add("broken");
  const address = URL.createObjectURL(await answer.blob());
  image.addEventListener("load", () => URL.revokeObjectURL(address), { once: true });
  image.src = address;
};

onShown(() => {
  for (const image of $$("img[data-src]:not([src])")) near.observe(image);
});

addEventListener("click", async (event) => {
  const link = around(event, "[data-download]");
  if (!link) return;
  event.preventDefault();
  const answer = await call("/file" + link.dataset.download);
  if (!answer.ok) return toast(await answer.text());
  const save = document.createElement("a");
  save.href = URL.createObjectURL(await answer.blob());
  save.download = answer.headers.get("x-driftline-name") ?? "driftline";
  save.click();
  setTimeout(() => URL.revokeObjectURL(save.href), 60_000);
});
