// On a phone a row of tabs is wider than the screen: the one that is open is brought into sight.
"use strict";
document.querySelectorAll(".siyu-tabs .nav-link.active").forEach((tab) => tab.scrollIntoView({ block: "nearest", inline: "center" }));
