def table(): print("later")
