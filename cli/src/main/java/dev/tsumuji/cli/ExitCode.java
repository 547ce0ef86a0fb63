package dev.tsumuji.cli;

/** How a command ended; part of the command line's interface. */
enum ExitCode {
    OK(0, "done"),
    FAILED(1, "the command failed, or the function did"),
    USAGE(2, "the command line or a setting is wrong"),
    NOT_RUNNING(3, "no platform is running on the data folder"),
    DENIED(4, "the platform refused the credentials or the permission");

    private final int number;
    private final String meaning;

    ExitCode(int number, String meaning) {
        this.number = number;
        this.meaning = meaning;
    }

    int number() {
        return number;
    }

    String meaning() {
        return meaning;
    }
}
