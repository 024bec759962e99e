print("t5rank")
