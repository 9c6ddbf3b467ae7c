"""The adapters of tensors on a device that is not the one on which a library puts them by itself.

A device is named as PyTorch does: "cuda", "cuda:1", "mps", "meta"; "cpu:1" is the second of the
several devices that JAX and TensorFlow make of one processor. A library that has no such device has
no adapter. While a function runs on the tensors, each time that the library gives elements of a
tensor to Python is counted as a copy to the host, because on a GPU it is one.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, ClassVar

import numpy as np
from backends.adapter import AdapterName, Traced, split
from backends.adapters import jax_read, keras_read, tf_read

Copies = list[str]
"""A text for each copy to the host."""


class OnADevice:
    """What a test needs to know of one library on one device; it serves where an `Adapter` does."""

    unknown: frozenset[str] = frozenset()
    compiled: frozenset[str] = frozenset()
    axes: ClassVar[dict[str, range]] = {}
    has_values = True
    is_narrow = False
    """Whether the device has no reals of 64 bits, so that those of an array become 32 there."""
    library: str
    """The name of the library without a device."""

    def __init__(self, device: str) -> None:
        """Find the device, or raise `NoDeviceError`."""
        self.modes = {"eager": self.eager}
        self.is_narrow = device.partition(":")[0] == "mps"

    @abstractmethod
    def move(self, tensor: Any) -> Any:
        """Return a tensor of the library, on the device."""

    def made_there(self, make: Callable[[], Any]) -> Any:
        """Return the tensor that a function makes, on the device."""
        return self.move(make())

    @abstractmethod
    def make(self, array: np.ndarray) -> Any:
        """Return a tensor on the device with the values and the dtype of an array."""

    @abstractmethod
    def read(self, tensor: Any) -> np.ndarray:
        """Return the values of a tensor; where it has none, zeros."""

    @abstractmethod
    def is_there(self, tensor: Any) -> bool:
        """Return whether a tensor is on the device."""

    @abstractmethod
    def where(self, tensor: Any) -> str:
        """Return the device of a tensor, in the words of its library."""

    @abstractmethod
    def serves(self, value: Any) -> bool:
        """Return whether a value is a tensor of the library."""

    @abstractmethod
    def counting(self) -> AbstractContextManager[Copies]:
        """Return a context that counts what is copied to the host in it."""

    def scope(self) -> AbstractContextManager[Any]:
        """Return a context without which the library works elsewhere, whatever its tensors are."""
        return nullcontext()

    def eager(self, function: Any, *arrays: np.ndarray) -> list[Any]:
        """Run a function on tensors of the device: nothing is copied to the host, results stay."""
        with self.scope():
            made = list(map(self.make, arrays))
            with self.counting() as copies:
                values, join = split(function(*made))
            assert copies == [], copies
            return join(list(map(self.read_there, values)))

    def read_there(self, tensor: Any) -> np.ndarray:
        """Return the values of a tensor that must be on the device."""
        assert self.is_there(tensor), f"the result is on {self.where(tensor)}"
        values = self.read(tensor)
        is_widened = self.is_narrow and values.dtype == np.float32
        return values.astype(np.float64) if is_widened else values

    def fitting(self, array: np.ndarray) -> np.ndarray:
        """Return an array in a dtype that the device has."""
        is_narrowed = self.is_narrow and array.dtype == np.float64
        return array.astype(np.float32) if is_narrowed else array


class NoDeviceError(Exception):
    """A library has no device of a name; the text says what it has."""


class OnTorch(OnADevice):
    """PyTorch, whose tensors on "meta" have shapes and dtypes and no values."""

    library = "torch"

    def __init__(self, device: str) -> None:
        import torch

        super().__init__(device)
        if device.partition(":")[0] == "cpu":
            raise NoDeviceError("PyTorch has one CPU")
        try:
            self.device = torch.zeros(1, device=device).device
        except (RuntimeError, AssertionError, NotImplementedError) as error:
            raise NoDeviceError(f"PyTorch: {str(error).splitlines()[0]}") from error
        self.has_values = self.device.type != "meta"

    def move(self, tensor: Any) -> Any:
        return tensor.to(self.device)

    def made_there(self, make: Callable[[], Any]) -> Any:
        with self.device:  # so that what wants gradients is a leaf
            return make()

    def make(self, array: np.ndarray) -> Any:
        import torch

        return self.move(torch.tensor(self.fitting(array)))

    def read(self, tensor: Any) -> np.ndarray:
        import torch

        if not self.has_values:
            tensor = torch.zeros_like(tensor, device="cpu")
        return tensor.detach().cpu().numpy()

    def is_there(self, tensor: Any) -> bool:
        return tensor.device == self.device

    def where(self, tensor: Any) -> str:
        return str(tensor.device)

    def serves(self, value: Any) -> bool:
        import torch

        return isinstance(value, torch.Tensor)

    @contextmanager
    def counting(self) -> Iterator[Copies]:
        import torch
        from torch.utils._python_dispatch import TorchDispatchMode

        copies: Copies = []

        class Watch(TorchDispatchMode):
            def __torch_dispatch__(self, call, types, args=(), kwargs=None):
                kwargs = kwargs or {}
                name = call.overloadpacket.__name__
                goes_to_host = {
                    "_local_scalar_dense": True,
                    "is_nonzero": True,
                    "equal": True,
                    "_to_copy": str(kwargs.get("device")) == "cpu",
                    "copy_": args[0].device.type == "cpu" if name == "copy_" else False,
                }.get(name, False)
                source = args[1] if name == "copy_" else args[0] if args else None
                is_elsewhere = isinstance(source, torch.Tensor) and not source.is_cpu
                if goes_to_host and is_elsewhere:
                    copies.append(copy_text(source))
                return call(*args, **kwargs)

        with Watch():
            yield copies


@contextmanager
def replaced(owner: Any, name: str, new: Any) -> Iterator[None]:
    """Replace an attribute for a while."""
    old = vars(owner)[name]
    setattr(owner, name, new)
    try:
        yield
    finally:
        setattr(owner, name, old)


def copy_text(tensor: Any) -> str:
    """Return the text of a copy of all elements of a tensor."""
    return f"shape {tuple(tensor.shape)}"


class OnJax(OnADevice):
    """JAX, eager and compiled."""

    library = "jax"

    def __init__(self, device: str) -> None:
        import jax

        super().__init__(device)
        self.modes["jit"] = self.jit
        platform, _, number = device.partition(":")
        try:
            devices = jax.devices({"mps": "METAL"}.get(platform, platform))
        except RuntimeError as error:
            raise NoDeviceError(f"JAX: {str(error).splitlines()[0]}") from error
        if int(number or 0) >= len(devices):
            raise NoDeviceError(f"JAX has {len(devices)} devices of the kind {platform}")
        self.device = devices[int(number or 0)]
        # what forgets the device of a tensor goes to the first one: let that be another
        if self.device == jax.devices()[0]:
            jax.config.update("jax_default_device", jax.devices("cpu")[0])

    def move(self, tensor: Any) -> Any:
        import jax

        return jax.device_put(tensor, self.device)

    def make(self, array: np.ndarray) -> Any:
        return self.move(self.fitting(array))

    def read(self, tensor: Any) -> np.ndarray:
        return jax_read(tensor)

    def is_there(self, tensor: Any) -> bool:
        return tensor.devices() == {self.device}

    def where(self, tensor: Any) -> str:
        return str(tensor.devices())

    def serves(self, value: Any) -> bool:
        import jax

        return isinstance(value, jax.Array) and not isinstance(value, jax.core.Tracer)

    @contextmanager
    def counting(self) -> Iterator[Copies]:
        import jax

        copies: Copies = []
        kind = type(jax.device_put(0.0))
        values = vars(kind)["_value"].fget

        def counted_values(array: Any) -> Any:
            copies.append(copy_text(array))
            return values(array)

        def counted(convert: Any) -> Any:
            # of an array on a CPU NumPy reads the memory, and JAX never knows
            def converted(value: Any, *arguments: Any, **options: Any) -> Any:
                if isinstance(value, kind):
                    value = counted_values(value)
                return convert(value, *arguments, **options)

            return converted

        with (
            replaced(kind, "_value", property(counted_values)),
            replaced(np, "asarray", counted(np.asarray)),
            replaced(np, "array", counted(np.array)),
        ):
            yield copies

    def jit(self, function: Any, *arrays: np.ndarray) -> list[Any]:
        """Run in one compiled function on tensors of the device."""
        import jax

        traced = Traced(function, lambda tensor: isinstance(tensor, jax.core.Tracer))
        made = list(map(self.make, arrays))
        with self.counting() as copies:
            values = jax.jit(traced)(*made)
        assert copies == [], copies
        return traced.join(list(map(self.read_there, values)))


class OnTensorflow(OnADevice):
    """TensorFlow, which works on the device of the scope, not on that of the tensors."""

    library = "tensorflow"
    title = "TensorFlow"

    def __init__(self, device: str) -> None:
        import tensorflow as tf

        super().__init__(device)
        platform, _, number = device.partition(":")
        kind = {"cuda": "GPU", "mps": "GPU", "gpu": "GPU", "cpu": "CPU"}.get(platform)
        devices = self._devices(tf, kind, int(number or 0)) if kind else []
        if int(number or 0) >= len(devices):
            raise NoDeviceError(f"{self.title} has {len(devices)} devices of the kind {platform}")
        self.device = devices[int(number or 0)].name

    @staticmethod
    def _devices(tf: Any, kind: str, number: int) -> list[Any]:
        """Return the devices of a kind; of the one CPU TensorFlow makes several, if asked early."""
        if kind == "CPU" and number:
            split = [tf.config.LogicalDeviceConfiguration() for _ in range(number + 1)]
            cpu = tf.config.list_physical_devices("CPU")[0]
            try:
                tf.config.set_logical_device_configuration(cpu, split)
            except RuntimeError as error:
                raise NoDeviceError("TensorFlow has started with one CPU") from error
        return tf.config.list_logical_devices(kind)

    def scope(self) -> AbstractContextManager[Any]:
        import tensorflow as tf

        return tf.device(self.device)

    def move(self, tensor: Any) -> Any:
        import tensorflow as tf

        with self.scope():
            return tf.identity(tensor)

    def made_there(self, make: Callable[[], Any]) -> Any:
        with self.scope():
            return make()

    def make(self, array: np.ndarray) -> Any:
        import tensorflow as tf

        with self.scope():
            return tf.identity(tf.constant(self.fitting(array)))

    def read(self, tensor: Any) -> np.ndarray:
        return tf_read(tensor)

    def is_there(self, tensor: Any) -> bool:
        return tensor.device.endswith(self.device.removeprefix("/device:"))

    def where(self, tensor: Any) -> str:
        return str(tensor.device)

    def serves(self, value: Any) -> bool:
        import tensorflow as tf

        return tf.is_tensor(value) and not tf.is_symbolic_tensor(value)

    @contextmanager
    def counting(self) -> Iterator[Copies]:
        import tensorflow as tf

        copies: Copies = []
        kind = next(each for each in type(tf.constant(0)).__mro__ if "_numpy" in vars(each))
        values = vars(kind)["_numpy"]

        def counted(tensor: Any) -> Any:
            copies.append(copy_text(tensor))
            return values(tensor)

        with replaced(kind, "_numpy", counted):
            yield copies


class OnKeras(OnTensorflow):
    """Variables of Keras, on TensorFlow's devices."""

    library = "keras"
    title = "Keras on TensorFlow"

    def make(self, array: np.ndarray) -> Any:
        import keras

        array = self.fitting(array)
        with self.scope():
            return keras.Variable(array, dtype=str(array.dtype))

    def read(self, tensor: Any) -> np.ndarray:
        return keras_read(tensor)

    def is_there(self, tensor: Any) -> bool:
        return super().is_there(getattr(tensor, "value", tensor))

    def where(self, tensor: Any) -> str:
        return super().where(getattr(tensor, "value", tensor))


ON_A_DEVICE: dict[AdapterName, Callable[[str], OnADevice]] = {
    AdapterName.TORCH_ON_A_DEVICE: OnTorch,
    AdapterName.JAX_ON_A_DEVICE: OnJax,
    AdapterName.TENSORFLOW_ON_A_DEVICE: OnTensorflow,
    AdapterName.KERAS_ON_A_DEVICE: OnKeras,
}


def on_device(device: str) -> tuple[dict[AdapterName, OnADevice], list[str]]:
    """Return the adapters of the libraries that have a device, and the words of the others."""
    found, lacking = {}, []
    for name, make in ON_A_DEVICE.items():
        try:
            found[name] = make(device)
        except NoDeviceError as error:
            lacking.append(str(error))
        except ImportError as error:
            lacking.append(f"{error.name} is not installed")
    return found, lacking
