def table():
    print("later")
