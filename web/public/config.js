// `hinterland export site` writes true here: then every answer is a file and the live parts are left out.
window.HINTERLAND_STATIC = false;
