"""Where what strangers send is opened: a child process for each file, which has nothing and may do little."""
