// The words that the search finds, megabytes of a thousand runs, are fetched by who opens the search.
// Material would fetch them on every page; an address that asks for words (q, h) still does at once.
(() => {
  const asked = new URLSearchParams(location.search);
  if (asked.has("q") || asked.has("h")) return;
  const { open, send } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.open = function (method, address, ...rest) {
    if (String(address).endsWith("/search/search_index.json")) {
      XMLHttpRequest.prototype.open = open;
      this.send = (...body) => {
        const opened = document.getElementById("__search");
        const go = () => send.apply(this, body);
        if (!opened || opened.checked) go();
        else opened.addEventListener("change", go, { once: true });
      };
    }
    return open.call(this, method, address, ...rest);
  };
})();
