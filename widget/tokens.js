// The brand's values as the widget needs them, the same as brand/tokens.json (a test compares the two).
// Read by styles.js, which turns them into custom properties that a host page may override.
export default {
  "light": {
    "ground": "#FFFBF4",
    "raised": "#FFFFFF",
    "line": "#E4DED2",
    "ink": "#1D2321",
    "quiet": "#5A625E",
    "primary": "#1E6B52",
    "onPrimary": "#FFFFFF",
    "accent": "#E9A23B",
    "goodInk": "#1E6B52",
    "goodTint": "#E0F2EA",
    "attentionInk": "#7A4B00",
    "attentionTint": "#FFF0D2",
    "refusalInk": "#A8261D",
    "refusalTint": "#FBE5E2"
  },
  "dark": {
    "ground": "#14191A",
    "raised": "#1E2526",
    "line": "#333C3D",
    "ink": "#F2EEE6",
    "quiet": "#A9B3AE",
    "primary": "#74D3AC",
    "onPrimary": "#0B2A20",
    "accent": "#F3C06B",
    "goodInk": "#74D3AC",
    "goodTint": "#16352B",
    "attentionInk": "#F3C06B",
    "attentionTint": "#3A2C12",
    "refusalInk": "#FF9C92",
    "refusalTint": "#43201D"
  }
};
