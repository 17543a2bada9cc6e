// Passkeys: shows the buttons where the browser knows them, and says so when one did not work.
"use strict";

if (window.PublicKeyCredential) {
  document.querySelectorAll("[data-passkey]").forEach((button) => button.removeAttribute("hidden"));
}
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const problem = document.getElementById("passkey-problem");
  if (problem) problem.removeAttribute("hidden");
});
