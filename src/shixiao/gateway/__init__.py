"""交换: an enforcement and evidence point in front of what a department already runs.

No new exchange platform (Decree 809 art. 31): a gateway holds no data, and asks the service, table
or file that is there. It lets through what a grant covers and leaves a receipt of every use.
"""
