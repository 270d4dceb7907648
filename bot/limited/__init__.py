"""Where what strangers send is opened: a child process of its own for each file, which has nothing and may do little."""
