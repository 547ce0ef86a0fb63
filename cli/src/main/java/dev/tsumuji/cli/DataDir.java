package dev.tsumuji.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Optional;

/** A platform's data folder, as far as other processes may look into it. */
record DataDir(Path folder) {

    /** A platform that runs: its process, and the URL it answers at. */
    record Running(ProcessHandle process, String url) {}

    /** A key that signs requests, and the region that requests name. */
    record Key(String accessKeyId, String secretAccessKey, String region) {}

    /** The platform that runs on this folder. A file left by one that was killed is told by its dead or foreign process. */
    Optional<Running> running() {
        try {
            var lines = Files.readAllLines(folder.resolve("tsumuji.pid"));
            if (lines.size() < 2) {
                return Optional.empty();
            }
            return ProcessHandle.of(Long.parseLong(lines.get(0).strip()))
                    .filter(ProcessHandle::isAlive)
                    .filter(DataDir::isJava)
                    .map(process -> new Running(process, lines.get(1).strip()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | NumberFormatException e) {
            throw new CommandFailure(ExitCode.FAILED, "can't read " + folder.resolve("tsumuji.pid") + ": " + e);
        }
    }

    /** True also when the system doesn't tell. */
    private static boolean isJava(ProcessHandle process) {
        return process.info().command().map(command -> command.endsWith("java")).orElse(true);
    }

    Running mustRun() {
        return running()
                .orElseThrow(() -> new CommandFailure(
                        ExitCode.NOT_RUNNING,
                        "no platform is running on " + folder + "; start it with: tsumuji start --detach"));
    }

    /** The first account's root key, as the platform wrote it when it was first started. */
    Key key() {
        var file = folder.resolve("credentials");
        var values = new HashMap<String, String>();
        try {
            for (var line : Files.readAllLines(file)) {
                int equals = line.indexOf('=');
                if (equals > 0 && !line.startsWith("#")) {
                    values.put(
                            line.substring(0, equals).strip(),
                            line.substring(equals + 1).strip());
                }
            }
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.DENIED, "can't read the root key in " + file + ": " + e.getMessage());
        }
        var id = values.get("aws_access_key_id");
        var secret = values.get("aws_secret_access_key");
        if (id == null || secret == null) {
            throw new CommandFailure(ExitCode.DENIED, "there is no root key in " + file);
        }
        return new Key(id, secret, values.getOrDefault("region", "us-east-1"));
    }

    /** What a detached platform prints. */
    Path log() {
        return folder.resolve("tsumuji.log");
    }
}
