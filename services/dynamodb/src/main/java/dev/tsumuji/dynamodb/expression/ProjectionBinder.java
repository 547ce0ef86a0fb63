package dev.tsumuji.dynamodb.expression;

import java.util.ArrayList;

/** Binds a projection. */
final class ProjectionBinder extends Binder {
    private ProjectionBinder(Place place, Placeholders placeholders) {
        super(place, placeholders);
    }

    static Path path(Place place, Syntax.PathOf path, Placeholders placeholders) {
        var binder = new ProjectionBinder(place, placeholders);
        binder.checkWords(path);
        return binder.path(path);
    }

    static Projection bind(Syntax.OfProjection syntax, Placeholders placeholders) {
        var binder = new ProjectionBinder(Place.PROJECTION, placeholders);
        syntax.paths().forEach(binder::checkWords);
        var paths = new ArrayList<Path>(syntax.paths().size());
        var overlaps = new Overlaps(Place.PROJECTION);
        for (var path : syntax.paths().reversed()) {
            var bound = binder.path(path);
            overlaps.add(bound);
            paths.addFirst(bound);
        }
        return Projection.of(paths);
    }

    @Override
    void checkFunction(String name) {
        throw misplaced(name);
    }

    @Override
    Operand function(Syntax.Function function) {
        throw misplaced(function.name());
    }
}
