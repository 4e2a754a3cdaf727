"""匹配: lists of requirements are matched, people decide about wordings, the dictionary learns."""
