"""A kernel held as a full matrix: right for a few thousand places."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp


@jax.tree_util.register_dataclass
@dataclass(frozen=True, slots=True)
class DenseKernel:
    """K as a matrix [origin, destination]."""

    matrix: jax.Array

    def apply(self, columns: jax.Array) -> jax.Array:
        """K x for columns [..., place, column]; same shape."""
        return jnp.matmul(self.matrix, columns)

    def apply_transposed(self, columns: jax.Array) -> jax.Array:
        """Transposed K x for columns [..., place, column]; same shape."""
        # Rows times K reads the matrix as it lies: several times faster for few columns than its transpose times them.
        return jnp.swapaxes(jnp.matmul(jnp.swapaxes(columns, -1, -2), self.matrix), -1, -2)

    def of(self, epoch: jax.Array) -> DenseKernel:
        """The kernel of one epoch out of a stack [epoch, origin, destination]."""
        return DenseKernel(matrix=self.matrix[epoch])
