"""The command line: one thin command per public function; nothing heavy is imported until a command runs."""
