// The page says everything without this script; it only makes a long table shorter.
(function () {
  "use strict";
  var root = document.documentElement, find = document.getElementById("find");
  var state = document.getElementById("state"), said = document.getElementById("said");
  if (!find || !state || !said) { return; }
  root.classList.add("js");
  var repository = document.getElementById("repository");
  var rows = Array.prototype.map.call(document.querySelectorAll("tbody tr"), function (row) {
    var at = Array.prototype.map.call(row.querySelectorAll("[data-repository]"), function (place) {
      return place.getAttribute("data-repository");
    });
    return { row: row, text: row.textContent.toLowerCase(), state: row.getAttribute("data-state"), at: at };
  });
  // What is folded opens while somebody searches, because what is found may stand in it.
  var folds = Array.prototype.slice.call(document.querySelectorAll("details"));
  function show() {
    var words = find.value.toLowerCase().split(/\s+/).filter(Boolean), n = 0;
    rows.forEach(function (one) {
      var fits = (state.value === "" || one.state === null || one.state === state.value) &&
        (!repository || repository.value === "" || one.at.indexOf(repository.value) >= 0) &&
        words.every(function (word) { return one.text.indexOf(word) >= 0; });
      if (one.row.hidden === fits) { one.row.hidden = !fits; }
      n += fits ? 1 : 0;
    });
    folds.forEach(function (fold) { fold.open = words.length > 0; });
    said.textContent = n + " of " + rows.length + " shown";
  }
  find.addEventListener("input", show);
  state.addEventListener("change", show);
  if (repository) { repository.addEventListener("change", show); }
  show();
})();
