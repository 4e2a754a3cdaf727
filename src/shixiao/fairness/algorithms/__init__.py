"""算法登记: what an algorithm is, by which law, how grave it is, and what follows from that."""
