// Sortable tables: tablesort does the work; this starts it on each page that Material shows.
function sortTables() {
  for (const table of document.querySelectorAll("table.lb-sortable")) {
    if (!table.dataset.sorting) {
      table.dataset.sorting = "on";
      new Tablesort(table);
    }
  }
}
if (typeof document$ === "undefined") {
  document.addEventListener("DOMContentLoaded", sortTables);
} else {
  document$.subscribe(sortTables);
}
