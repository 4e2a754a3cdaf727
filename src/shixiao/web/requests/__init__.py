"""共享申请的页面: requests, disputes and corrections, by the clocks that the law sets them."""
