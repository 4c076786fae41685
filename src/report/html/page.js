// The page says everything without this script; it only makes a long table shorter.
(function () {
  "use strict";
  var root = document.documentElement, find = document.getElementById("find");
  var state = document.getElementById("state"), said = document.getElementById("said");
  if (!find || !state || !said) { return; }
  root.classList.add("js");
  var rows = Array.prototype.map.call(document.querySelectorAll("tbody tr"), function (row) {
    return { row: row, text: row.textContent.toLowerCase(), state: row.getAttribute("data-state") };
  });
  function show() {
    var words = find.value.toLowerCase().split(/\s+/).filter(Boolean), n = 0;
    rows.forEach(function (one) {
      var fits = (state.value === "" || one.state === state.value) &&
        words.every(function (word) { return one.text.indexOf(word) >= 0; });
      if (one.row.hidden === fits) { one.row.hidden = !fits; }
      n += fits ? 1 : 0;
    });
    said.textContent = n + " of " + rows.length + " shown";
  }
  find.addEventListener("input", show);
  state.addEventListener("change", show);
  show();
})();
