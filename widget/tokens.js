// The brand's values as the widget needs them, the same as brand/tokens.json (a test compares the two).
// Read by styles.js, which turns them into custom properties that a host page may override.
export default {
  "light": {
    "ground": "#FFFBF4",
    "surface": "#FFFFFF",
    "line": "#E4DED2",
    "ink": "#1D2321",
    "quiet": "#5A625E",
    "primary": "#1E6B52",
    "on-primary": "#FFFFFF",
    "accent": "#E9A23B",
    "good": "#1E6B52",
    "good-tint": "#E0F2EA",
    "attention": "#7A4B00",
    "attention-tint": "#FFF0D2",
    "refusal": "#A8261D",
    "refusal-tint": "#FBE5E2"
  },
  "dark": {
    "ground": "#14191A",
    "surface": "#1E2526",
    "line": "#333C3D",
    "ink": "#F2EEE6",
    "quiet": "#A9B3AE",
    "primary": "#74D3AC",
    "on-primary": "#0B2A20",
    "accent": "#F3C06B",
    "good": "#74D3AC",
    "good-tint": "#16352B",
    "attention": "#F3C06B",
    "attention-tint": "#3A2C12",
    "refusal": "#FF9C92",
    "refusal-tint": "#43201D"
  }
};
