package dev.tsumuji.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The kernel's control groups, version 1 (a tree per controller) or 2 (one tree). Ours lie under one group named after the
 * sandboxes' directory, so that what a crashed predecessor left is known and removed. Immutable.
 */
sealed interface ControlGroups {

    /** Makes a group with its limits. */
    ControlGroup create(String name, Limits limits) throws IOException;

    /** Removes our group; all in it must have been removed. */
    void close();

    /** In a few words. */
    String description();

    /** Those in force from the start; the CPU's comes with {@link ControlGroup#limitCpu}. */
    record Limits(long memoryBytes, int processes) {}

    /** Of the CPU limit: short, so that a small share comes often. */
    int PERIOD_MICROS = 20_000;

    /**
     * Finds what this machine offers and removes leftovers.
     *
     * @param name of our group, the same after a restart
     * @return empty when no limits can be set here
     */
    static Optional<ControlGroups> probe(String name) throws IOException {
        var mounts = Mounts.read();
        if (mounts.separate.keySet().containsAll(List.of("memory", "pids", "cpu", "freezer"))) {
            return Separate.open(mounts, name);
        }
        return mounts.unified == null ? Optional.empty() : Unified.open(mounts.unified, name);
    }

    /** Where the hierarchies are mounted, and our own place in each. */
    record Mounts(
            Map<String, Path> separate,
            @org.jspecify.annotations.Nullable Path unified) {
        static Mounts read() throws IOException {
            var own = new HashMap<String, String>();
            for (var line : Files.readAllLines(Path.of("/proc/self/cgroup"))) {
                var parts = line.split(":", 3);
                for (var controller : parts[1].split(",")) {
                    own.put(controller, parts[2]);
                }
            }
            var separate = new HashMap<String, Path>();
            Path unified = null;
            for (var line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
                var halves = line.split(" - ", 2);
                var left = halves[0].split(" ");
                var right = halves[1].split(" ");
                if (right[0].equals("cgroup2")) {
                    unified = inside(left[4], left[3], own.getOrDefault("", "/"));
                } else if (right[0].equals("cgroup")) {
                    for (var option : right[2].split(",")) {
                        if (own.containsKey(option)) {
                            separate.put(option, inside(left[4], left[3], own.get(option)));
                        }
                    }
                }
            }
            return new Mounts(separate, unified);
        }

        /** A container's mount may show only a part of the hierarchy. */
        private static Path inside(String mountPoint, String shownRoot, String own) {
            var rest = own.startsWith(shownRoot) ? own.substring(shownRoot.length()) : own;
            var path = Path.of(mountPoint, rest);
            return Files.isDirectory(path) ? path : Path.of(mountPoint);
        }
    }

    /** Version 1: our group in each tree. */
    record Separate(Path memory, Path pids, Path cpu, Path freezer) implements ControlGroups {

        static Optional<ControlGroups> open(Mounts mounts, String name) {
            try {
                return Optional.of(new Separate(
                        fresh(mounts, "memory", name),
                        fresh(mounts, "pids", name),
                        fresh(mounts, "cpu", name),
                        fresh(mounts, "freezer", name)));
            } catch (IOException e) {
                return Optional.empty();
            }
        }

        private static Path fresh(Mounts mounts, String controller, String name) throws IOException {
            var parent = mounts.separate.get(controller);
            if (parent == null) {
                throw new IOException("no controller " + controller);
            }
            var group = parent.resolve(name);
            ControlGroup.removeTree(group);
            return Files.createDirectories(group);
        }

        @Override
        public ControlGroup create(String name, Limits limits) throws IOException {
            var own = new Separate(memory.resolve(name), pids.resolve(name), cpu.resolve(name), freezer.resolve(name));
            var directories = List.of(own.memory, own.pids, own.cpu, own.freezer);
            for (var directory : directories) {
                Files.createDirectory(directory);
            }
            ControlGroup.write(own.memory.resolve("memory.limit_in_bytes"), Long.toString(limits.memoryBytes));
            var withSwap = own.memory.resolve("memory.memsw.limit_in_bytes");
            if (Files.exists(withSwap)) {
                ControlGroup.write(withSwap, Long.toString(limits.memoryBytes));
            } else {
                ControlGroup.write(own.memory.resolve("memory.swappiness"), "0");
            }
            ControlGroup.write(own.pids.resolve("pids.max"), Integer.toString(limits.processes));
            ControlGroup.write(own.cpu.resolve("cpu.cfs_period_us"), Integer.toString(PERIOD_MICROS));
            return new ControlGroup(
                    directories,
                    own.freezer.resolve("freezer.state"),
                    "FROZEN",
                    "THAWED",
                    own.memory.resolve("memory.max_usage_in_bytes"),
                    own.memory.resolve("memory.stat"),
                    own.memory.resolve("memory.oom_control"),
                    own.cpu.resolve("cpu.cfs_quota_us"),
                    "");
        }

        @Override
        public void close() {
            for (var group : List.of(memory, pids, cpu, freezer)) {
                group.toFile().delete();
            }
        }

        @Override
        public String description() {
            return "control groups v1";
        }
    }

    /** Version 2. */
    record Unified(Path group) implements ControlGroups {
        private static final String CONTROLLERS = "+memory +pids +cpu";

        static Optional<ControlGroups> open(Path own, String name) {
            for (var parent : new ArrayList<>(List.of(own, top(own)))) {
                var group = parent.resolve(name);
                try {
                    ControlGroup.removeTree(group);
                    delegate(parent);
                    Files.createDirectories(group);
                    ControlGroup.write(group.resolve("cgroup.subtree_control"), CONTROLLERS);
                    return Optional.of(new Unified(group));
                } catch (IOException e) {
                    // not delegated to us here; the next place may be
                }
            }
            return Optional.empty();
        }

        private static Path top(Path own) {
            var path = own;
            while (path.getParent() != null && Files.exists(path.getParent().resolve("cgroup.controllers"))) {
                path = path.getParent();
            }
            return path;
        }

        /** A group with processes of its own can't have limited children: its processes move into a child first. */
        private static void delegate(Path parent) throws IOException {
            try {
                ControlGroup.write(parent.resolve("cgroup.subtree_control"), CONTROLLERS);
            } catch (IOException busy) {
                var platform = Files.createDirectories(parent.resolve("tsumuji-platform"));
                for (var process : Files.readAllLines(parent.resolve("cgroup.procs"))) {
                    ControlGroup.write(platform.resolve("cgroup.procs"), process);
                }
                ControlGroup.write(parent.resolve("cgroup.subtree_control"), CONTROLLERS);
            }
        }

        @Override
        public ControlGroup create(String name, Limits limits) throws IOException {
            var made = Files.createDirectory(group.resolve(name));
            ControlGroup.write(made.resolve("memory.max"), Long.toString(limits.memoryBytes));
            if (Files.exists(made.resolve("memory.swap.max"))) {
                ControlGroup.write(made.resolve("memory.swap.max"), "0");
            }
            ControlGroup.write(made.resolve("pids.max"), Integer.toString(limits.processes));
            return new ControlGroup(
                    List.of(made),
                    made.resolve("cgroup.freeze"),
                    "1",
                    "0",
                    made.resolve("memory.peak"),
                    made.resolve("memory.stat"),
                    made.resolve("memory.events"),
                    made.resolve("cpu.max"),
                    " " + PERIOD_MICROS);
        }

        @Override
        public void close() {
            group.toFile().delete();
        }

        @Override
        public String description() {
            return "control groups v2";
        }
    }
}
