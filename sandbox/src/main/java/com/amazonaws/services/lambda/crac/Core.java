package com.amazonaws.services.lambda.crac;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The one context of a function. */
public final class Core {
    private static final Hooks HOOKS = new Hooks();

    private Core() {}

    public static Context<Resource> getGlobalContext() {
        return HOOKS;
    }

    public static void checkpointRestore() {
        throw new UnsupportedOperationException("the platform decides when there is a snapshot");
    }

    /** Keeps nothing alive: whoever registers a resource holds on to it. Guarded by its lock. */
    private static final class Hooks extends Context<Resource> {
        private final List<WeakReference<Resource>> registered = new ArrayList<>();

        @Override
        public synchronized void register(Resource resource) {
            registered.add(new WeakReference<>(Objects.requireNonNull(resource)));
        }

        private synchronized List<Resource> living() {
            var living = new ArrayList<Resource>();
            for (var reference : registered) {
                var resource = reference.get();
                if (resource != null) {
                    living.add(resource);
                }
            }
            return living;
        }

        /** Last registered, first told. */
        @Override
        public void beforeCheckpoint(Context<? extends Resource> context) throws CheckpointException {
            var failures = new CheckpointException();
            for (var resource : living().reversed()) {
                try {
                    resource.beforeCheckpoint(this);
                } catch (Exception e) {
                    failures.addSuppressed(e);
                }
            }
            if (failures.getSuppressed().length > 0) {
                throw failures;
            }
        }

        /** In the order of registration. */
        @Override
        public void afterRestore(Context<? extends Resource> context) throws RestoreException {
            var failures = new RestoreException();
            for (var resource : living()) {
                try {
                    resource.afterRestore(this);
                } catch (Exception e) {
                    failures.addSuppressed(e);
                }
            }
            if (failures.getSuppressed().length > 0) {
                throw failures;
            }
        }
    }
}
