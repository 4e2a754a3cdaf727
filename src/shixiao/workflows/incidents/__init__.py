"""数据泄露与安全事件: reported, contained, graded, told to whom the law says, and learned from."""
