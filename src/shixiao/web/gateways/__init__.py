"""网关的页面: which there are, whether their logs hold, and what passed through them."""
