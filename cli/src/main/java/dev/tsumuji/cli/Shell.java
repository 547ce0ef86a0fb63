package dev.tsumuji.cli;

import java.io.InputStream;
import java.io.PrintWriter;
import java.util.Map;

/** What a command has of the shell that ran it. */
record Shell(PrintWriter out, PrintWriter err, InputStream in, Map<String, String> environment, boolean terminal) {}
