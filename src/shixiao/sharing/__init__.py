"""共享: what data departments hold, who needs it, on what terms, and what sharing saves."""
