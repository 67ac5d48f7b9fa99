// Every two seconds: fetch the board again. Nothing is kept in the page.
const board = document.getElementById("board");
const offline = document.getElementById("offline");

async function refresh() {
  try {
    const answer = await fetch("/board?lang=" + board.dataset.language);
    if (!answer.ok) throw new Error(answer.status);
    board.innerHTML = await answer.text();
    offline.hidden = true;
  } catch {
    offline.hidden = false;
  }
}

setInterval(refresh, 2000);
