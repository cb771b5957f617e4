/* Passkeys need a script by their nature; where it cannot run, the page offers codes instead.
   A form with data-passkey="get" or "create" carries a field named credential; its options stand in the element that
   data-options names, or are fetched from its action. */
"use strict";
(() => {
  const able = window.PublicKeyCredential?.parseRequestOptionsFromJSON;

  const options = async (form) => {
    const there = form.dataset.options && document.querySelector(form.dataset.options);
    const stated = there ? JSON.parse(there.textContent) : await (await fetch(form.action, { headers: { Accept: "application/json" } })).json();
    return (stated.request_options || stated.creation_options).publicKey;
  };

  const create = (stated, form) => {
    const alone = form.querySelector("[name=passwordless]");
    if (alone) {
      const how = (stated.authenticatorSelection ||= {});
      how.residentKey = alone.checked ? "required" : "discouraged";
      how.requireResidentKey = alone.checked;
      if (alone.checked) how.userVerification = "required";
    }
    return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(stated) });
  };

  const get = (stated) => navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(stated) });

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const button = form.querySelector("[data-passkey-go]") || document.querySelector(`[data-passkey-go="${form.id}"]`);
    const words = document.querySelector(`[data-passkey-words="${form.id}"]`);
    if (!able) continue;
    button.hidden = false;
    button.addEventListener("click", async (event) => {
      event.preventDefault();
      if (!form.reportValidity()) return;
      try {
        const stated = await options(form);
        const made = await (form.dataset.passkey === "create" ? create(stated, form) : get(stated));
        form.elements.credential.value = JSON.stringify(made);
        form.submit();
      } catch {
        words.textContent = "The passkey was not used: the device cancelled it or took too long. Try again, or use another way.";
      }
    });
  }
})();
