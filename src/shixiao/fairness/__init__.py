"""公平: are the decisions of an automated system fair, and can that be known from its log?"""
