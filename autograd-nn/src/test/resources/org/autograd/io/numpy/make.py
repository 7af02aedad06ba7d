"""Writes the files of this directory: python3 make.py (they were made by NumPy 2.4.6)."""
import io
import numpy as np
from numpy.lib import format

base = np.arange(-6, 6).reshape(2, 2, 3)
for name in ['bool', 'int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32', 'int64']:
    np.save(name + '.npy', base % 2 == 0 if name == 'bool' else base.astype(name))
for name in ['float16', 'float32', 'float64']:
    np.save(name + '.npy', (base / 4).astype(name))
np.save('big-endian.npy', (base / 4).astype('>f8'))
np.save('big-endian-int16.npy', base.astype('>i2'))
np.save('fortran.npy', np.asfortranarray(base.astype('int64')))
np.save('scalar.npy', np.float64(2.5))
np.save('empty.npy', np.zeros((0, 3), 'float32'))
np.save('vector.npy', np.array([1.5, np.nan, -np.inf], 'float32'))
for version in [(2, 0), (3, 0)]:
    with open('version%d.npy' % version[0], 'wb') as out:
        format.write_array(out, base.astype('int32'), version=version)
np.save('object.npy', np.array([{'a': 1}, None], dtype=object), allow_pickle=True)
np.save('record.npy', np.zeros(2, dtype=[('a', '<i4'), ('b', '<f8')]))
np.save('complex.npy', np.zeros(2, 'complex64'))
np.save('uint64.npy', np.zeros(2, 'uint64'))
np.save('text.npy', np.array(['ab', 'c']))
arrays = {'x': (base / 4).astype('float32'), 'labels': np.array([3, 1, 2])}
np.savez('stored.npz', **arrays)
np.savez_compressed('compressed.npz', **arrays)
