package dev.tsumuji.cli;

/**
 * What was found about one thing that the platform needs.
 *
 * @param found in a few words
 * @param advice what to do about it; empty when all is well
 */
record Check(String name, Verdict verdict, String found, String advice) {
    /** How bad it is. */
    enum Verdict {
        OK,
        /** Something works less well, or some functions can't run. */
        WARNING,
        /** The platform can't do its work. */
        FAILED
    }

    static Check ok(String name, String found) {
        return new Check(name, Verdict.OK, found, "");
    }

    static Check warning(String name, String found, String advice) {
        return new Check(name, Verdict.WARNING, found, advice);
    }

    static Check failed(String name, String found, String advice) {
        return new Check(name, Verdict.FAILED, found, advice);
    }
}
