"""Cases: the list, one with its way, every act on it, reports of citizens, supervision."""
