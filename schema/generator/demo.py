def make_demo(t,s): pass
