"""The workbench of experts: rates of one quarter by groups of their own choice."""
