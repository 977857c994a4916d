"""The hierarchical operator inside JAX: compiled, batched and differentiated like any other function.

The product runs outside of XLA, in a callback, as a primitive of its own: linear in the columns, and its own transpose,
as the operator is symmetric. Its derivative by the parameters is that of the entries, whose skeletons stay. So forward
and reverse mode, `jit` and `vmap` all work; a second derivative by the parameters does not.
"""

# JAX types what makes a primitive loosely.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownLambdaType=false

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from hinterland.space.hierarchical import Hierarchical

Floats = NDArray[np.floating[Any]]


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class HierarchicalKernel:
    """K of a hierarchical operator times a number; the same interface as `dense.DenseKernel`."""

    parameters: jax.Array
    """[parameter] of the operator's form, in its order, and the bond of regions."""
    scale: jax.Array
    """[] K is the form's kernel times this."""
    operator: Hierarchical = field(metadata={"static": True})

    @property
    def rounds(self) -> bool:
        """Whether products are in single precision, so that sums of people must be set right in double."""
        return self.operator.basis.dtype == np.float32

    def apply(self, columns: jax.Array) -> jax.Array:
        """K x for columns [..., place, column]; same shape and type, in whatever precision the operator works."""
        worked = columns.astype(self.operator.basis.dtype)
        return self.scale * product(self.operator, self.parameters, worked).astype(columns.dtype)

    def apply_transposed(self, columns: jax.Array) -> jax.Array:
        """Transposed K x for columns [..., place, column], which is K x; same shape."""
        return self.apply(columns)


def in_jax(operator: Hierarchical, scale: float = 1.0) -> HierarchicalKernel:
    """The operator with its own parameters as they stand."""
    array: Any = jnp.asarray
    return HierarchicalKernel(parameters=array(own_parameters(operator)), scale=array(scale), operator=operator)


def own_parameters(operator: Hierarchical) -> NDArray[np.float64]:
    """Parameters [parameter] of the operator's form, and the bond of regions."""
    return np.append(operator.kernel.theta, operator.kernel.bond)


def product(operator: Hierarchical, parameters: jax.Array, columns: jax.Array) -> jax.Array:
    """K x of columns [..., place, column] at parameters [parameter] of the form and the bond of regions.

    Other parameters than the operator's own fill its entries anew; an error raised there (InputError where skeletons do
    not serve them within the bound) comes out of JAX as an error of the callback.
    """
    number = operator.report.places
    if columns.ndim < 2 or columns.shape[-2] != number:
        raise ValueError(f"columns of shape {columns.shape}: the axis before the last must be of {number} places")
    flat = columns.reshape(-1, *columns.shape[-2:])
    return _primitive().bind(parameters, flat, operator=operator).reshape(columns.shape)


@cache
def _primitive() -> Any:
    """The primitive with its rules, made when it is first asked for."""
    from jax.extend.core import Primitive
    from jax.interpreters import ad, batching, mlir

    rules: Any = ad
    made: Any = Primitive("hierarchical_product")

    def value(parameters: jax.Array, flat: jax.Array, *, operator: Hierarchical) -> jax.Array:
        return _called(partial(_multiplied, operator), jax.ShapeDtypeStruct(flat.shape, flat.dtype), parameters, flat)

    def tangent(primals: Any, tangents: Any, *, operator: Hierarchical) -> tuple[Any, Any]:
        (parameters, flat), (turned, moved) = primals, tangents
        out = made.bind(parameters, flat, operator=operator)
        total: Any = None if type(moved) is rules.Zero else made.bind(parameters, moved, operator=operator)
        if type(turned) is not rules.Zero:
            shape = jax.ShapeDtypeStruct((*flat.shape[:1], len(parameters), *flat.shape[1:]), flat.dtype)
            slopes = _called(partial(_sloped, operator), shape, parameters, flat)
            added = jnp.einsum("p,bpic->bic", turned.astype(flat.dtype), slopes)
            total = added if total is None else total + added
        return out, total

    def transposed(out: Any, parameters: Any, flat: Any, *, operator: Hierarchical) -> tuple[Any, Any]:
        if type(out) is rules.Zero:
            return None, rules.Zero(flat.aval)
        return None, made.bind(parameters, out, operator=operator)

    def batched(given: Any, axes: Any, *, operator: Hierarchical) -> tuple[Any, int]:
        (parameters, flat), (of_parameters, of_flat) = given, axes
        if of_parameters is None:
            lead = jnp.moveaxis(flat, of_flat, 0)
            out = made.bind(parameters, lead.reshape(-1, *lead.shape[2:]), operator=operator)
            return out.reshape(lead.shape), 0
        each = jnp.moveaxis(parameters, of_parameters, 0)
        if of_flat is None:
            return jax.lax.map(lambda one: made.bind(one, flat, operator=operator), each), 0
        pairs = (each, jnp.moveaxis(flat, of_flat, 0))
        return jax.lax.map(lambda pair: made.bind(*pair, operator=operator), pairs), 0

    made.def_impl(jax.jit(value, static_argnames="operator"))
    made.def_abstract_eval(lambda _parameters, flat, **_: flat)
    rules.primitive_jvps[made] = tangent
    rules.primitive_transposes[made] = transposed
    batching.primitive_batchers[made] = batched
    mlir.register_lowering(made, mlir.lower_fun(value, multiple_results=False))
    return made


def _called(function: Callable[..., Floats], shape: jax.ShapeDtypeStruct, *arrays: jax.Array) -> jax.Array:
    """A function of arrays outside of XLA.

    Callbacks run on threads of their own, where a `jax.enable_x64` around the caller does not hold and doubles would
    come and go as singles. So doubles travel as pairs of words.
    """
    wide = [array.dtype == jnp.float64 for array in arrays]
    double = shape.dtype == jnp.float64

    def outside(*given: Any) -> Any:
        taken = (
            np.ascontiguousarray(each).view(np.float64)[..., 0] if of_words else np.asarray(each)
            for each, of_words in zip(given, wide, strict=True)
        )
        out = np.ascontiguousarray(function(*taken))
        return out.view(np.uint32).reshape(*out.shape, 2) if double else out

    words = [
        jax.lax.bitcast_convert_type(array, jnp.uint32) if as_words else array
        for array, as_words in zip(arrays, wide, strict=True)
    ]
    found = jax.ShapeDtypeStruct((*shape.shape, 2), jnp.uint32) if double else shape
    out = jax.pure_callback(outside, found, *words, vmap_method="expand_dims")
    return jax.lax.bitcast_convert_type(out, jnp.float64) if double else out


def _multiplied(operator: Hierarchical, parameters: Any, columns: Any) -> Floats:
    """The product of a batch [..., batch, place, column] at parameters [..., parameter], one or as many."""
    return _each(lambda moved, x: moved.apply(x), operator, np.asarray(parameters), np.asarray(columns), ())


def _sloped(operator: Hierarchical, parameters: Any, columns: Any) -> Floats:
    """Derivatives [..., batch, parameter, place, column] of the product of a batch."""
    rows = np.asarray(parameters)
    return _each(
        lambda moved, x: np.moveaxis(moved.slopes(x), 0, -3), operator, rows, np.asarray(columns), rows.shape[-1:]
    )


def _each(
    function: Callable[[Hierarchical, Floats], Floats],
    operator: Hierarchical,
    rows: Floats,
    x: Floats,
    more: tuple[int, ...],
) -> Floats:
    """A function of the operator at every row of parameters [..., parameter] and of its columns."""
    if rows[..., 0].size == 1:
        return function(_at(operator, rows.reshape(-1)), x)
    lead = np.broadcast_shapes(rows.shape[:-1], x.shape[:-3])
    x, rows = np.broadcast_to(x, (*lead, *x.shape[-3:])), np.broadcast_to(rows, (*lead, rows.shape[-1]))
    out = np.empty((*lead, x.shape[-3], *more, *x.shape[-2:]), x.dtype)
    for index in np.ndindex(lead):
        out[index] = function(_at(operator, rows[index]), x[index])
    return out


def _at(operator: Hierarchical, parameters: Floats) -> Hierarchical:
    """The operator at parameters [parameter]; itself where they are its own, in whatever precision they come."""
    own = own_parameters(operator).astype(parameters.dtype)
    if np.array_equal(own, parameters):
        return operator
    return _moved(operator, parameters.astype(np.float64).tobytes())


@lru_cache(maxsize=2)
def _moved(operator: Hierarchical, parameters: bytes) -> Hierarchical:
    """One operator for all products of a run at the same parameters."""
    theta = np.frombuffer(parameters, np.float64)
    return operator.at(theta[:-1].tolist(), float(theta[-1]))
