"""流程: who may do what in which state; every act changes state and ledger in one transaction."""
