// The place where one is stands in sight: the open tab in a row wider than a phone, the page in a menu longer than the screen.
"use strict";
document.querySelectorAll(".siyu-tabs .nav-link.active").forEach((tab) => tab.scrollIntoView({ block: "nearest", inline: "center" }));
document.querySelectorAll(".siyu-menu .nav-item.active").forEach((item) => item.scrollIntoView({ block: "nearest" }));
