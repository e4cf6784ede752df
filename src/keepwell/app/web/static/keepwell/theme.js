// Before the first paint: the theme that the reader chose on this device, else the system's.
if (localStorage.theme) document.documentElement.dataset.theme = localStorage.theme;
