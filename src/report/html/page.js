// The page says everything without this script; it only makes a long table shorter. Where scripts run, the
// rows of a long table that stand in a `noscript` are no more than text, so that the page opens at once, and
// are put into their table afterwards, some at a time.
(function () {
  "use strict";
  var AT_ONCE = 50, LATER = 100;
  var root = document.documentElement, find = document.getElementById("find");
  var state = document.getElementById("state"), said = document.getElementById("said");
  var repository = document.getElementById("repository");
  root.classList.add("js");
  function list(all) { return Array.prototype.slice.call(all); }
  var signs = { "&lt;": "<", "&gt;": ">", "&quot;": "\"", "&#39;": "'", "&amp;": "&" };
  function plain(markup) {
    return markup.replace(/<[^>]*>/g, "").replace(/&(?:lt|gt|quot|#39|amp);/g, function (sign) { return signs[sign]; });
  }
  // A row knows its element, its markup, or both; its words are worked out when somebody searches.
  function words(row) {
    if (row.text === undefined) {
      row.text = (row.element ? row.element.textContent : plain(row.markup)).toLowerCase();
    }
    return row.text;
  }
  function markup(row) { return row.element ? row.element.outerHTML : row.markup; }
  function about(row) {
    if (row.at === undefined) {
      var all = markup(row), state = /^<tr[^>]* data-state="([^"]*)"/.exec(all), one, at = /data-repository="([^"]*)"/g;
      row.state = state ? state[1] : null;
      row.at = [];
      while ((one = at.exec(all)) !== null) { row.at.push(plain(one[1])); }
    }
    return row;
  }
  list(document.querySelectorAll("noscript")).forEach(function (rest) {
    var text = rest.textContent, from = text.indexOf(">", text.indexOf("<tbody")) + 1;
    var rows = text.slice(from, text.lastIndexOf("</tbody>")).split("</tr>\n").filter(function (row) {
      return row.trim() !== "";
    });
    var body = document.getElementById(rest.getAttribute("data-into"));
    if (!body) {
      rest.insertAdjacentHTML("beforebegin", text.slice(0, from) + "</tbody></table></div>");
      body = rest.previousElementSibling.querySelector("tbody");
    }
    body.rest = rows.map(function (row) { return { markup: row.trim() + "</tr>" }; });
    rest.remove();
  });
  var tables = list(document.querySelectorAll("tbody")).map(function (body) {
    var rows = list(body.rows).map(function (element) { return { element: element }; });
    return { body: body, fits: rows.concat(body.rest || []), all: rows.concat(body.rest || []), there: rows.length };
  });
  // Puts the next rows into their table.
  function put(table, n) {
    var next = table.fits.slice(table.there, table.there + n);
    var made = document.createElement("template"), empty = next.filter(function (row) { return !row.element; });
    made.innerHTML = empty.map(markup).join("");
    list(made.content.children).forEach(function (element, i) { empty[i].element = element; });
    var all = document.createDocumentFragment();
    next.forEach(function (row) { all.appendChild(row.element); });
    table.body.appendChild(all);
    table.there += next.length;
  }
  function unfinished() { return tables.filter(function (table) { return table.there < table.fits.length; })[0]; }
  var waiting = false;
  function soon(work) {
    if (window.requestIdleCallback) { window.requestIdleCallback(work, { timeout: 1000 }); } else { setTimeout(work, 20); }
  }
  function later() {
    if (waiting || !unfinished()) { return; }
    waiting = true;
    soon(function () {
      waiting = false;
      var table = unfinished();
      if (table) { put(table, LATER); }
      later();
    });
  }
  window.addEventListener("beforeprint", function () {
    for (var table = unfinished(); table; table = unfinished()) { put(table, table.fits.length); }
  });
  window.addEventListener("load", function () { setTimeout(later, 300); });
  if (!find || !state || !said) { return; }
  // What is folded opens while somebody searches, because what is found may stand in it.
  var folds = list(document.querySelectorAll("details"));
  var total = tables.reduce(function (sum, table) { return sum + table.all.length; }, 0);
  function tell(n) { said.textContent = n + " of " + total + " shown"; }
  function show() {
    var wanted = find.value.toLowerCase().split(/\s+/).filter(Boolean), n = 0;
    tables.forEach(function (table) {
      table.fits = table.all.filter(function (row) {
        return (state.value === "" || about(row).state === null || row.state === state.value) &&
          (!repository || repository.value === "" || about(row).at.indexOf(repository.value) >= 0) &&
          wanted.every(function (word) { return words(row).indexOf(word) >= 0; });
      });
      table.there = 0;
      table.body.textContent = "";
      put(table, AT_ONCE);
      n += table.fits.length;
    });
    folds.forEach(function (fold) { fold.open = wanted.length > 0; });
    tell(n);
    later();
  }
  find.addEventListener("input", show);
  state.addEventListener("change", show);
  if (repository) { repository.addEventListener("change", show); }
  if (find.value || state.value || repository && repository.value) { show(); } else { tell(total); }
})();
