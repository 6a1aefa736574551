// The console's own behaviour: the stream tells which ticket changed, the page fetches its fragments anew;
// the draft, the focus and the place in the transcript stay where they are.
"use strict";

const $ = (selector) => document.querySelector(selector);
const ticket = $("#ticket");
const number = ticket ? ticket.dataset.number : "";
const title = document.title;
const HEARTBEAT_MS = 15000; // the lease lasts 90 s
const DRAFT_MS = 1500; // after the last key

// --- the stream: one per browser, however many tabs, because HTTP/1.1 allows six connections only

const tabs = "BroadcastChannel" in window ? new BroadcastChannel("desk") : null;
if (tabs) tabs.onmessage = (message) => heard(message.data);

function tell(news) {
  heard(news);
  if (tabs) tabs.postMessage(news);
}

let source = null;

function openStream() {
  source = new EventSource("/api/events");
  source.addEventListener("hello", () => tell({ kind: "hello" }));
  source.addEventListener("ticket", (event) => tell({ kind: "ticket", ...JSON.parse(event.data) }));
  source.onerror = () => {
    tell({ kind: "away" });
    // After an HTTP error the browser gives up; after a lost connection it comes back by itself.
    if (source.readyState === EventSource.CLOSED) setTimeout(openStream, 5000);
  };
}

if (navigator.locks) navigator.locks.request("desk-stream", () => new Promise(openStream));
else openStream();

if (tabs) tabs.postMessage({ kind: "ask" }); // another tab may hold the stream already

function heard(news) {
  if (news.kind === "ask") {
    if (source && source.readyState === EventSource.OPEN) tabs.postMessage({ kind: "alive" });
    return;
  }
  const live = $("#live");
  live.dataset.live = news.kind === "away" ? "0" : "1";
  live.textContent = news.kind === "away" ? "重新连接中" : "已连接";
  if (news.kind === "away" || news.kind === "alive") return;
  if (news.kind === "ticket" && news.priority === "urgent" && news.state !== "closed") alarm(news.number);
  if ($("#tickets")) htmx.trigger("#tickets", "refresh");
  if (ticket && (news.kind === "hello" || news.number === number)) refreshTicket();
}

function refreshTicket() {
  htmx.trigger("#transcript", "refresh");
  htmx.trigger("#side", "refresh");
}

// --- alarms: once per urgent ticket and browser session

function alarm(urgent) {
  const known = JSON.parse(sessionStorage.getItem("alarms") || "[]");
  if (known.includes(urgent)) return;
  sessionStorage.setItem("alarms", JSON.stringify([...known, urgent].slice(-200)));
  document.body.dataset.alarm = urgent;
  beep();
  if ("Notification" in window && Notification.permission === "granted") {
    new Notification("紧急工单", { body: urgent, tag: urgent });
  }
}

function beep() {
  const audio = new AudioContext();
  [0, 0.25, 0.5].forEach((at) => {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    volume.gain.value = 0.2;
    tone.frequency.value = 880;
    tone.connect(volume).connect(audio.destination);
    tone.start(audio.currentTime + at);
    tone.stop(audio.currentTime + at + 0.15);
  });
  setTimeout(() => audio.close(), 1500);
}

const notify = $("#notify");
if ("Notification" in window && Notification.permission === "default") {
  notify.hidden = false;
  notify.onclick = async () => { notify.hidden = (await Notification.requestPermission()) !== "default"; };
}

// --- after a fragment came in

// The transcript stays at its end until the agent scrolls up to read; sending goes back to the end.
let atEnd = true;

function keepEnd() {
  const lines = $("#transcript");
  if (lines && atEnd) lines.scrollTop = lines.scrollHeight;
}

document.body.addEventListener("htmx:afterSettle", (event) => {
  const lines = event.detail.target;
  keepEnd();
  badge();
  if (ticket) standing();
  if (lines.id === "transcript" && !document.hidden && +$("#transcript [data-unread]").dataset.unread) soon();
});

document.body.addEventListener("replied", () => {
  $("#notice").replaceChildren();
  atEnd = true;
  const box = $("#composer textarea");
  if (box) box.focus();
  refreshTicket();
});

document.addEventListener("visibilitychange", badge);

function badge() {
  const list = $("#tickets [data-waiting]");
  const talk = $("#transcript [data-unread]");
  const count = list ? +list.dataset.waiting : talk && document.hidden ? +talk.dataset.unread : 0;
  document.title = count ? `(${count}) ${title}` : title;
}

// Has the ticket changed hands? What was typed stays to be read and copied; only sending stops.
function standing() {
  const now = $("#side [data-working]").dataset;
  if (ticket.dataset.working === "0" && now.working === "1") return location.reload();
  const composer = $("#composer");
  const lost = ticket.dataset.working === "1" && now.working === "0";
  if (composer) composer.querySelector("button").disabled = lost || now.canReply === "0";
  const closing = $("#closing button");
  if (closing) closing.disabled = lost;
  if (lost && !ticket.classList.contains("lost")) heartbeat(); // its refusal says why
  ticket.classList.toggle("lost", lost);
}

// --- heartbeat: the lease lives, the draft is kept on the server, what is on screen counts as read

let draftTimer = 0;

function soon() {
  clearTimeout(draftTimer);
  draftTimer = setTimeout(heartbeat, DRAFT_MS);
}

async function heartbeat() {
  if (!ticket || ticket.dataset.working !== "1") return;
  const box = $("#composer textarea");
  const last = $("#transcript [data-last]");
  const body = new URLSearchParams();
  if (box) body.set("draft", box.value);
  if (!document.hidden) body.set("read_seq", last.dataset.last);
  try {
    const answer = await fetch(`/desk/tickets/${number}/heartbeat`, {
      method: "POST", body, keepalive: true, headers: { "X-CSRF-Token": document.body.dataset.csrf, "HX-Request": "true" },
    });
    if (answer.status === 409 || answer.status === 401) {
      $("#notice").innerHTML = await answer.text();
      htmx.trigger("#side", "refresh");
    }
  } catch {
    $("#live").dataset.live = "0";
  }
}

if (ticket) {
  const lines = $("#transcript");
  lines.addEventListener("scroll", () => {
    atEnd = lines.scrollHeight - lines.scrollTop - lines.clientHeight < 60;
  });
  new ResizeObserver(keepEnd).observe(lines);
  keepEnd();
  heartbeat();
  setInterval(heartbeat, HEARTBEAT_MS);
  document.addEventListener("visibilitychange", heartbeat);
  document.addEventListener("input", (event) => {
    if (event.target.closest("#composer")) soon();
  });
  document.addEventListener("keydown", (event) => {
    const form = event.target.closest && event.target.closest("#composer");
    if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      clearTimeout(draftTimer);
      if (!form.querySelector("button").disabled) form.requestSubmit();
    }
  });
  window.addEventListener("pagehide", heartbeat); // the last words typed, too
}

badge();
